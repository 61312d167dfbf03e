package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table as of one version. Immutable: `with` gives the next one. */
record Snapshot(
    long version,
    Protocol protocol,
    TableMetadata metadata,
    Map<String, DataFile> files,
    Map<String, String> domains) {

  static final Snapshot EMPTY = new Snapshot(-1, null, null, Map.of(), Map.of());

  /** The actions of commit `version` + 1 applied. */
  Snapshot with(List<ObjectNode> actions) {
    Protocol nextProtocol = protocol;
    TableMetadata nextMetadata = metadata;
    Map<String, DataFile> nextFiles = new LinkedHashMap<>(files);
    Map<String, String> nextDomains = new LinkedHashMap<>(domains);
    for (ObjectNode action : actions) {
      if (action.has("protocol")) {
        nextProtocol = Protocol.of((ObjectNode) action.get("protocol"));
      } else if (action.has("metaData")) {
        nextMetadata = TableMetadata.of((ObjectNode) action.get("metaData"));
      } else if (action.has("add")) {
        DataFile file = DataFile.of((ObjectNode) action.get("add"));
        nextFiles.put(file.key(), file);
      } else if (action.has("remove")) {
        nextFiles.remove(removedKey((ObjectNode) action.get("remove")));
      } else if (action.has("domainMetadata")) {
        ObjectNode domain = (ObjectNode) action.get("domainMetadata");
        if (domain.path("removed").asBoolean()) {
          nextDomains.remove(domain.get("domain").asText());
        } else {
          nextDomains.put(domain.get("domain").asText(), domain.get("configuration").asText());
        }
      }
    }
    return new Snapshot(version + 1, nextProtocol, nextMetadata, nextFiles, nextDomains);
  }

  static String removedKey(ObjectNode remove) {
    String path = java.net.URI.create(remove.get("path").asText()).getPath();
    return DataFile.key(path, (ObjectNode) remove.get("deletionVector"));
  }

  long liveRows() {
    return files.values().stream().mapToLong(DataFile::liveRows).sum();
  }
}
