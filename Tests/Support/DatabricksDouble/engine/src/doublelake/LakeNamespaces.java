package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.analysis.NamespaceAlreadyExistsException;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.catalyst.analysis.NonEmptyNamespaceException;
import org.apache.spark.sql.connector.catalog.NamespaceChange;
import org.apache.spark.sql.connector.catalog.SupportsNamespaces;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** The schemas of a catalog: folders, their properties in a hidden file. */
abstract class LakeNamespaces implements SupportsNamespaces {
  private static final String PROPERTIES = ".schema.json";

  private String name;
  private Path root;

  @Override
  public void initialize(String name, CaseInsensitiveStringMap options) {
    this.name = name;
    this.root = Path.of(options.get("root"), name.toLowerCase(Locale.ROOT));
    try {
      Files.createDirectories(root.resolve("default"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String[] defaultNamespace() {
    return new String[] {"default"};
  }

  @Override
  public String[][] listNamespaces() {
    try (Stream<Path> children = Files.list(root)) {
      return Stream.concat(
              children.filter(Files::isDirectory).map(child -> child.getFileName().toString())
                  .filter(schema -> !schema.startsWith(".")),
              Stream.of(InformationSchema.NAME))
          .sorted()
          .map(schema -> new String[] {schema})
          .toArray(String[][]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String[][] listNamespaces(String[] parent) throws NoSuchNamespaceException {
    if (parent.length == 0) {
      return listNamespaces();
    }
    checkNamespace(parent);
    return new String[0][];
  }

  @Override
  public boolean namespaceExists(String[] namespace) {
    return namespace.length == 1
        && (InformationSchema.isNamed(namespace) || Files.isDirectory(folder(namespace)));
  }

  @Override
  public Map<String, String> loadNamespaceMetadata(String[] namespace) throws NoSuchNamespaceException {
    checkNamespace(namespace);
    Map<String, String> properties = new HashMap<>();
    Path file = folder(namespace).resolve(PROPERTIES);
    try {
      if (Files.exists(file)) {
        Json.parse(Files.readString(file)).properties()
            .forEach(entry -> properties.put(entry.getKey(), entry.getValue().asText()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  @Override
  public void createNamespace(String[] namespace, Map<String, String> properties)
      throws NamespaceAlreadyExistsException {
    if (namespaceExists(namespace)) {
      throw new NamespaceAlreadyExistsException(namespace);
    }
    if (namespace.length != 1) {
      throw new LakeException("REQUIRES_SINGLE_PART_NAMESPACE", "42K05",
          "A schema has one name in its catalog.");
    }
    try {
      Files.createDirectories(folder(namespace));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    store(namespace, properties);
  }

  @Override
  public void alterNamespace(String[] namespace, NamespaceChange... changes) throws NoSuchNamespaceException {
    Map<String, String> properties = loadNamespaceMetadata(namespace);
    for (NamespaceChange change : changes) {
      if (change instanceof NamespaceChange.SetProperty set) {
        properties.put(set.property(), set.value());
      } else if (change instanceof NamespaceChange.RemoveProperty remove) {
        properties.remove(remove.property());
      }
    }
    store(namespace, properties);
  }

  @Override
  public boolean dropNamespace(String[] namespace, boolean cascade)
      throws NoSuchNamespaceException, NonEmptyNamespaceException {
    checkNamespace(namespace);
    if (!cascade && tables(namespace).findAny().isPresent()) {
      throw new NonEmptyNamespaceException(namespace);
    }
    deleteTree(folder(namespace));
    return true;
  }

  /** The names of a schema's tables, sorted. */
  abstract Stream<String> tables(String[] namespace);

  final void checkNamespace(String[] namespace) throws NoSuchNamespaceException {
    if (!namespaceExists(namespace)) {
      throw new NoSuchNamespaceException(namespace);
    }
  }

  final Path folder(String[] namespace) {
    return root.resolve(namespace[0].toLowerCase(Locale.ROOT));
  }

  /** Moves a folder out of sight first: nobody meets half of a table. */
  static void deleteTree(Path folder) {
    Path dropped = folder.resolveSibling(".dropped-" + UUID.randomUUID());
    try {
      Files.move(folder, dropped);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    DeltaLog.forget(folder);
    try (Stream<Path> tree = Files.walk(dropped)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void store(String[] namespace, Map<String, String> properties) {
    ObjectNode json = Json.object();
    properties.forEach(json::put);
    try {
      Files.writeString(folder(namespace).resolve(PROPERTIES), Json.text(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
