import CDCCore

extension PostgresError: Retryable {}
