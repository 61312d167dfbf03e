package doublelake;

/** The rows that a statement inserted, updated and deleted, as the statement's result reports them. */
record Counts(long inserted, long updated, long deleted) {
  /** Of statements that change definitions or files only: nothing is reported. */
  static final Counts NONE = new Counts(0, 0, 0);

  long affected() {
    return inserted + updated + deleted;
  }
}
