package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The log's protocol action: a feature is listed only where the table uses it. A table without any stays on
 * the oldest versions (1, 2), which every reader understands.
 */
record Protocol(Set<String> readerFeatures, Set<String> writerFeatures) {
  private static final Set<String> UNDERSTOOD =
      Set.of("deletionVectors", "columnMapping", "timestampNtz", "typeWidening", "variantType");
  private static final Set<String> READER_AND_WRITER = UNDERSTOOD;
  private static final Set<String> BY_HAND = Set.of("timestampNtz", "variantType");
  private static final String FEATURE_PROPERTY = "delta.feature.";

  /** What schema, properties and clustering need. Features once present stay: `earlier` may be null. */
  static Protocol needed(TableMetadata table, boolean clustered, Protocol earlier) {
    Set<String> features = new TreeSet<>();
    String schema = table.schema().json();
    Map<String, String> properties = table.configuration();
    addIf(features, schema.contains("\"timestamp_ntz\""), "timestampNtz");
    addIf(features, schema.contains("\"variant\""), "variantType");
    addIf(features, schema.contains("\"CURRENT_DEFAULT\""), "allowColumnDefaults");
    addIf(features, table.writesDeletionVectors(), "deletionVectors");
    addIf(features, table.mapsColumns(), "columnMapping");
    addIf(features, TypeWidening.isOn(properties), "typeWidening");
    addIf(features, Constraints.hasChecks(properties), "checkConstraints");
    if (clustered) {
      features.addAll(List.of("clustering", "domainMetadata"));
    }
    Set<String> readers = new TreeSet<>(features);
    readers.retainAll(READER_AND_WRITER);
    if (earlier != null) {
      readers.addAll(earlier.readerFeatures);
      features.addAll(earlier.writerFeatures);
    }
    return new Protocol(readers, features);
  }

  /** As Databricks: a table that is there gets these by `delta.feature.X` alone, not by a column that needs them. */
  void checkEnabledByHand(Protocol before) {
    Set<String> lacking = new TreeSet<>(BY_HAND);
    lacking.retainAll(writerFeatures);
    lacking.removeAll(before.writerFeatures);
    if (!lacking.isEmpty()) {
      throw new LakeException("DELTA_FEATURES_REQUIRE_MANUAL_ENABLEMENT", "42000",
          "Your table schema requires manual enablement of the following table feature(s): "
              + String.join(", ", lacking) + ".");
    }
  }

  /** Features asked for by `delta.feature.X = supported`; they are no properties and leave the map. */
  Protocol adding(Collection<String> asked) {
    Set<String> readers = new TreeSet<>(readerFeatures);
    Set<String> writers = new TreeSet<>(writerFeatures);
    for (String feature : asked) {
      writers.add(feature);
      addIf(readers, READER_AND_WRITER.contains(feature), feature);
    }
    return new Protocol(readers, writers);
  }

  static Set<String> takeAskedFeatures(Map<String, String> properties) {
    Set<String> asked = new TreeSet<>();
    properties.keySet().removeIf(key -> {
      boolean isFeature = key.startsWith(FEATURE_PROPERTY);
      String feature = key.substring(isFeature ? FEATURE_PROPERTY.length() : 0);
      // Its name while it was in preview, by which Databricks' documentation still has it asked for.
      addIf(asked, isFeature, feature.equals("variantType-preview") ? "variantType" : feature);
      return isFeature;
    });
    return asked;
  }

  static Protocol of(ObjectNode action) {
    Set<String> readers = new TreeSet<>();
    Set<String> writers = new TreeSet<>();
    action.path("readerFeatures").forEach(feature -> readers.add(feature.asText()));
    action.path("writerFeatures").forEach(feature -> writers.add(feature.asText()));
    writers.removeAll(Set.of("appendOnly", "invariants"));
    for (String feature : readers) {
      if (!UNDERSTOOD.contains(feature)) {
        throw new LakeException("DELTA_UNSUPPORTED_FEATURES_FOR_READ", "56038",
            "The table needs the reader feature " + feature + ", which this engine does not have.");
      }
    }
    return new Protocol(readers, writers);
  }

  ObjectNode action() {
    ObjectNode wrapper = Json.object();
    ObjectNode action = wrapper.putObject("protocol");
    action.put("minReaderVersion", readerFeatures.isEmpty() ? 1 : 3);
    if (writerFeatures.isEmpty()) {
      action.put("minWriterVersion", 2);
      return wrapper;
    }
    action.put("minWriterVersion", 7);
    if (!readerFeatures.isEmpty()) {
      readerFeatures.forEach(action.putArray("readerFeatures")::add);
    }
    // Version 2 implied these two; a list has to name them.
    Set<String> listed = new TreeSet<>(writerFeatures);
    listed.addAll(List.of("appendOnly", "invariants"));
    listed.forEach(action.putArray("writerFeatures")::add);
    return wrapper;
  }

  private static void addIf(Set<String> features, boolean condition, String feature) {
    if (condition) {
      features.add(feature);
    }
  }
}
