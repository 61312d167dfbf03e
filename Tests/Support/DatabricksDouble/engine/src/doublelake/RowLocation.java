package doublelake;

import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** Two hidden columns that say where a row lies: the file's path in the log and the row's position in it. */
record RowLocation(String name, DataType dataType) implements MetadataColumn {
  static final String FILE = "__double_file";
  static final String POSITION = "__double_position";

  static MetadataColumn[] columns() {
    return new MetadataColumn[] {
      new RowLocation(FILE, DataTypes.StringType), new RowLocation(POSITION, DataTypes.LongType)
    };
  }

  static NamedReference[] references() {
    return new NamedReference[] {Expressions.column(FILE), Expressions.column(POSITION)};
  }

  static boolean contains(String column) {
    return column.equals(FILE) || column.equals(POSITION);
  }

  /** Spark accepts nothing nullable as the identity of a row. */
  @Override
  public boolean isNullable() {
    return false;
  }
}
