package doublelake;

/** The rows that a statement inserted, updated and deleted, as the statement's result reports them. */
record Counts(long inserted, long updated, long deleted) {
  long affected() {
    return inserted + updated + deleted;
  }
}
