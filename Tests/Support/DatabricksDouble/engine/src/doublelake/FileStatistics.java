package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;

/**
 * The log's statistics of a file, taken from the Parquet footer that was just written: rows, null counts, and
 * bounds of the top-level columns of numbers, strings, dates and timestamps.
 */
final class FileStatistics {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS");
  private static final int STRING_PREFIX = 32;

  private FileStatistics() {}

  static String of(Path file, Configuration conf) throws IOException {
    long rows = 0;
    Map<String, Statistics<?>> columns = new HashMap<>();
    Set<String> unknown = new HashSet<>();
    var input = HadoopInputFile.fromPath(new org.apache.hadoop.fs.Path(file.toUri()), conf);
    try (ParquetFileReader reader = ParquetFileReader.open(input)) {
      for (BlockMetaData group : reader.getFooter().getBlocks()) {
        rows += group.getRowCount();
        for (ColumnChunkMetaData chunk : group.getColumns()) {
          gather(chunk, columns, unknown);
        }
      }
    }
    columns.keySet().removeAll(unknown);
    ObjectNode statistics = Json.object();
    statistics.put("numRecords", rows);
    ObjectNode lowest = statistics.putObject("minValues");
    ObjectNode highest = statistics.putObject("maxValues");
    ObjectNode nulls = statistics.putObject("nullCount");
    columns.forEach((name, column) -> {
      nulls.put(name, column.getNumNulls());
      if (column.hasNonNullValue()) {
        Object low = bound(column.type(), column.genericGetMin(), false);
        Object high = bound(column.type(), column.genericGetMax(), true);
        if (low != null && high != null) {
          lowest.putPOJO(name, low);
          highest.putPOJO(name, high);
        }
      }
    });
    return Json.text(statistics);
  }

  private static void gather(
      ColumnChunkMetaData chunk, Map<String, Statistics<?>> columns, Set<String> unknown) {
    if (chunk.getPath().size() != 1) {
      return;
    }
    String name = chunk.getPath().toArray()[0];
    Statistics<?> statistics = chunk.getStatistics();
    if (statistics == null || statistics.isEmpty()) {
      unknown.add(name);
    } else if (columns.containsKey(name)) {
      columns.get(name).mergeStatistics(statistics);
    } else {
      columns.put(name, statistics.copy());
    }
  }

  /** A bound as the log writes it, or null where the log has none for the type. */
  private static Object bound(PrimitiveType type, Object value, boolean upper) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    if (logical instanceof LogicalTypeAnnotation.DecimalLogicalTypeAnnotation decimal) {
      BigInteger unscaled = value instanceof Binary binary
          ? new BigInteger(binary.getBytes())
          : BigInteger.valueOf(((Number) value).longValue());
      return new BigDecimal(unscaled, decimal.getScale());
    }
    if (logical instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation) {
      return text(((Binary) value).getBytes(), upper);
    }
    if (logical instanceof LogicalTypeAnnotation.DateLogicalTypeAnnotation) {
      return LocalDate.ofEpochDay((Integer) value).toString();
    }
    if (logical instanceof LogicalTypeAnnotation.TimestampLogicalTypeAnnotation timestamp) {
      return time((Long) value, upper) + (timestamp.isAdjustedToUTC() ? "Z" : "");
    }
    return switch (type.getPrimitiveTypeName()) {
      case INT32, INT64 -> value;
      case FLOAT -> Float.isFinite((Float) value) ? value : null;
      case DOUBLE -> Double.isFinite((Double) value) ? value : null;
      default -> null;
    };
  }

  /** Milliseconds, as Delta writes them; the upper bound is rounded up, for readers that take it as it is. */
  private static String time(long micros, boolean upper) {
    Instant instant = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    Instant bound = instant.truncatedTo(ChronoUnit.MILLIS);
    if (upper && bound.isBefore(instant)) {
      bound = bound.plusMillis(1);
    }
    return TIME.format(bound.atOffset(ZoneOffset.UTC));
  }

  /** A long string is cut; above what was cut off stands the highest code point, so the bound holds. */
  private static String text(byte[] utf8, boolean upper) {
    String whole = new String(utf8, StandardCharsets.UTF_8);
    if (whole.codePointCount(0, whole.length()) <= STRING_PREFIX) {
      return whole;
    }
    String prefix = whole.substring(0, whole.offsetByCodePoints(0, STRING_PREFIX));
    return upper ? prefix + new String(Character.toChars(Character.MAX_CODE_POINT)) : prefix;
  }
}
