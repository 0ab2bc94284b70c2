-- tenon: description Full-text search in memories, kept up to date by triggers

-- External content: the index holds words and rowids, the texts stay in `memories` alone.
-- https://sqlite.org/fts5.html#external_content_tables
CREATE VIRTUAL TABLE memories_search USING fts5(content, content='memories', content_rowid='id');

-- Rows of an external content index are taken out by the special 'delete' command with the old text: FTS5 needs it
-- to find the words.
CREATE TRIGGER memories_search_insert AFTER INSERT ON memories BEGIN
  INSERT INTO memories_search (rowid, content) VALUES (new.id, new.content);
END;

CREATE TRIGGER memories_search_delete AFTER DELETE ON memories BEGIN
  INSERT INTO memories_search (memories_search, rowid, content) VALUES ('delete', old.id, old.content);
END;

CREATE TRIGGER memories_search_update AFTER UPDATE OF content ON memories BEGIN
  INSERT INTO memories_search (memories_search, rowid, content) VALUES ('delete', old.id, old.content);
  INSERT INTO memories_search (rowid, content) VALUES (new.id, new.content);
END;

-- What was remembered before today can be found too.
INSERT INTO memories_search (memories_search) VALUES ('rebuild');
