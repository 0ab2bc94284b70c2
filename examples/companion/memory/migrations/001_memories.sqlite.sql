-- tenon: description What the assistant remembers, about whom, and the embeddings of it

-- An INTEGER PRIMARY KEY is the rowid itself. The search index of the next version refers to rowids, and SQLite
-- may renumber those that have no such column (VACUUM does).
CREATE TABLE memories (
  id INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('fact', 'preference', 'event')),
  content TEXT NOT NULL,
  tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags) AND json_type(tags) = 'array'),
  importance REAL NOT NULL DEFAULT 0.5 CHECK (importance BETWEEN 0 AND 1),
  is_archived BOOLEAN NOT NULL DEFAULT FALSE,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- Both columns are asked for together; memories that are put away are left out of the second index altogether.
CREATE INDEX memories_by_kind ON memories (user_id, kind);
CREATE INDEX memories_active ON memories (user_id, updated_at DESC) WHERE NOT is_archived;

CREATE TABLE people (
  id INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  details TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(details) AND json_type(details) = 'object')
);

CREATE INDEX people_by_user ON people (user_id);

CREATE TABLE memory_people (
  memory_id INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
  person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  PRIMARY KEY (memory_id, person_id)
) WITHOUT ROWID;

-- 32-bit floats one after the other. A vector whose length does not fit its model never gets in.
CREATE TABLE memory_embeddings (
  memory_id INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
  model TEXT NOT NULL,
  dimensions INTEGER NOT NULL CHECK (dimensions > 0),
  vector BLOB NOT NULL,
  PRIMARY KEY (memory_id, model),
  CHECK (length(vector) = 4 * dimensions)
);
