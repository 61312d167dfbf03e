package doublelake;

import org.apache.spark.sql.catalyst.analysis.UnresolvedAttribute;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GetStructField;
import org.apache.spark.sql.catalyst.expressions.TimeZoneAwareExpression;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.runtime.AbstractPartialFunction;

/** Puts ordinals where an expression names columns, and the session's time zone where it needs one. */
final class ColumnBinding extends AbstractPartialFunction<Expression, Expression> {
  private final StructType columns;

  private ColumnBinding(StructType columns) {
    this.columns = columns;
  }

  static Expression bind(Expression expression, StructType columns) {
    return (Expression) expression.transformUp(new ColumnBinding(columns));
  }

  @Override
  public boolean isDefinedAt(Expression expression) {
    return expression instanceof UnresolvedAttribute
        || expression instanceof TimeZoneAwareExpression zoned && zoned.timeZoneId().isEmpty();
  }

  @Override
  public Expression apply(Expression expression) {
    if (expression instanceof TimeZoneAwareExpression zoned) {
      return (Expression) zoned.withTimeZone(SQLConf.get().sessionLocalTimeZone());
    }
    Expression value = null;
    StructType level = columns;
    var parts = ((UnresolvedAttribute) expression).nameParts();
    for (int i = 0; i < parts.size(); i++) {
      StructField field = ColumnMapping.find(level, parts.apply(i));
      if (field == null) {
        throw new LakeException("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703",
            "A column with the name " + parts.apply(i) + " cannot be resolved.");
      }
      int ordinal = level.fieldIndex(field.name());
      value = value == null
          ? new BoundReference(ordinal, field.dataType(), field.nullable())
          : new GetStructField(value, ordinal, scala.Option.apply(field.name()));
      level = field.dataType() instanceof StructType struct ? struct : level;
    }
    return value;
  }
}
