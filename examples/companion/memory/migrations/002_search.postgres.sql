-- tenon: description Full-text search in memories, kept up to date by the database

ALTER TABLE memories
  ADD COLUMN search TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', content)) STORED;

CREATE INDEX memories_search ON memories USING gin (search);
