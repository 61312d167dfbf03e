public import CDCCore

extension PostgresError: Retryable {}
