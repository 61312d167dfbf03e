package doublelake;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.connector.read.InputPartition;

/** The files that one task reads. */
record LakePartition(List<DataFile> files) implements InputPartition {
  /** A task costs more than reading a small file does: files share tasks up to this size. */
  private static final long BYTES = 8 << 20;

  static LakePartition[] plan(Collection<DataFile> files) {
    List<LakePartition> partitions = new ArrayList<>();
    List<DataFile> current = new ArrayList<>();
    long bytes = 0;
    for (DataFile file : files.stream().sorted(Comparator.comparing(DataFile::size)).toList()) {
      if (!current.isEmpty() && bytes + file.size() > BYTES) {
        partitions.add(new LakePartition(current));
        current = new ArrayList<>();
        bytes = 0;
      }
      current.add(file);
      bytes += file.size();
    }
    if (!current.isEmpty()) {
      partitions.add(new LakePartition(current));
    }
    return partitions.toArray(new LakePartition[0]);
  }
}
