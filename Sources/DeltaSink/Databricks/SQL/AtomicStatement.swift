import CDCCore

/// A whole package and its checkpoint as one transaction, where the workspace has multi-statement transactions
/// (`BEGIN ATOMIC … END`, in preview; the tables need catalog commits). DDL and files come before: they cannot be inside.
struct AtomicStatement {
  let statements: [String]

  var text: String {
    "BEGIN ATOMIC\n" + statements.map { $0 + ";\n" }.joined() + "END"
  }
}
