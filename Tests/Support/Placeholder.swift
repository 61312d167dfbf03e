import CDCCore
