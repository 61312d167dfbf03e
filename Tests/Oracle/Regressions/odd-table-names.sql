-- Names that must be quoted, also where tables are truncated together, loaded alone, and written about in the log.
--@ table Orders%2C%20of%20all
--@ table dot%2Eted disposition=append
--@ table quo%22te disposition=scd2
--@ table select disposition=soft_delete
--@ table Stra%C3%9Fe%20%F0%9F%90%98
--@ setup
CREATE TABLE "Orders, of all" (id int PRIMARY KEY, "select" text); CREATE TABLE "dot.ted" (id int PRIMARY KEY, "A.b" text);
CREATE TABLE "quo""te" (id int PRIMARY KEY, "quo""te" text); CREATE TABLE "select" ("from" int PRIMARY KEY, "where" text);
CREATE TABLE "Straße 🐘" ("clé" int PRIMARY KEY, v text);
INSERT INTO "Orders, of all" SELECT i, 'v' FROM generate_series(1, 9) i; INSERT INTO "dot.ted" SELECT i, 'v' FROM generate_series(1, 9) i;
INSERT INTO "quo""te" SELECT i, 'v' FROM generate_series(1, 9) i; INSERT INTO "select" SELECT i, 'v' FROM generate_series(1, 9) i;
INSERT INTO "Straße 🐘" SELECT i, 'v' FROM generate_series(1, 9) i;
--@ round
--@ during load
--@ round
--@ session
UPDATE "Orders, of all" SET "select" = 'w' WHERE id = 1; UPDATE "dot.ted" SET "A.b" = 'w' WHERE id = 1; UPDATE "quo""te" SET "quo""te" = 'w' WHERE id = 1;
UPDATE "select" SET "where" = 'w' WHERE "from" = 1; DELETE FROM "select" WHERE "from" = 2; UPDATE "Straße 🐘" SET v = 'w' WHERE "clé" = 1;
ALTER TABLE "select" RENAME "from" TO "order"; UPDATE "select" SET "order" = 70 WHERE "order" = 7;
--@ after reload tables=quo%22te,Stra%C3%9Fe%20%F0%9F%90%98
--@ round
--@ session
UPDATE "quo""te" SET id = 20 WHERE id = 3; TRUNCATE "Orders, of all", "select", "dot.ted", "Straße 🐘"; INSERT INTO "dot.ted" VALUES (1, 'again');
