package doublelake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.V2ExpressionUtils;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.roaringbitmap.RoaringBitmap;

/** Predicates that Spark handed over, evaluated here on the rows of files: all of them have to be true. */
final class RowFilter {
  private final StructType schema;
  private final StructType columns;
  private final List<Expression> conditions;

  private RowFilter(StructType schema, StructType columns, List<Expression> conditions) {
    this.schema = schema;
    this.columns = columns;
    this.conditions = conditions;
  }

  /** `schema`: the table's. A predicate without a counterpart in Spark's expressions counts as true. */
  static RowFilter of(Predicate[] predicates, StructType schema) {
    StructType columns = ColumnMapping.visible(schema);
    List<Expression> conditions = java.util.Arrays.stream(predicates)
        .map(V2ExpressionUtils::toCatalyst)
        .filter(scala.Option::isDefined)
        .map(found -> ColumnBinding.bind(found.get(), columns))
        .toList();
    return new RowFilter(schema, columns, conditions);
  }

  /** As `of`, but every predicate has to be evaluated: what it decides is deleted. */
  static RowFilter exactly(Predicate[] predicates, StructType schema) {
    RowFilter filter = of(predicates, schema);
    if (filter.conditions.size() < predicates.length) {
      throw new LakeException("UNSUPPORTED_FEATURE.REPLACE_WHERE", "0A000",
          "The double cannot evaluate this condition of REPLACE WHERE.");
    }
    return filter;
  }

  /** The positions of the matching live rows, by file. */
  Map<String, RoaringBitmap> matches(DeltaLog log, Snapshot snapshot) {
    StructType wanted = columns
        .add(RowLocation.FILE, DataTypes.StringType, false)
        .add(RowLocation.POSITION, DataTypes.LongType, false);
    Map<String, RoaringBitmap> found = new HashMap<>();
    try (PartitionReader<InternalRow> rows = rows(log, wanted, snapshot.files().values())) {
      while (rows.next()) {
        InternalRow row = rows.get();
        if (matches(row)) {
          found.computeIfAbsent(row.getUTF8String(columns.size()).toString(), file -> new RoaringBitmap())
              .add((int) row.getLong(columns.size() + 1));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  boolean matchesAny(DeltaLog log, Collection<DataFile> files) {
    return hasRow(log, files, true);
  }

  boolean matchesAll(DeltaLog log, Collection<DataFile> files) {
    return !hasRow(log, files, false);
  }

  private boolean hasRow(DeltaLog log, Collection<DataFile> files, boolean matching) {
    try (PartitionReader<InternalRow> rows = rows(log, columns, files)) {
      while (rows.next()) {
        if (matches(rows.get()) == matching) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PartitionReader<InternalRow> rows(DeltaLog log, StructType wanted, Collection<DataFile> files) {
    return LakeReaderFactory.of(log, schema, wanted).createReader(new LakePartition(List.copyOf(files)));
  }

  private boolean matches(InternalRow row) {
    return conditions.stream().allMatch(condition -> Boolean.TRUE.equals(condition.eval(row)));
  }
}
