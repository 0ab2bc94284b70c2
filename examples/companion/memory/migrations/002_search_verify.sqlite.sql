-- Every memory is in the index, and nothing else is. `memories_search_docsize` is FTS5's own list of what it holds.
SELECT id FROM memories WHERE id NOT IN (SELECT id FROM memories_search_docsize);
SELECT id FROM memories_search_docsize WHERE id NOT IN (SELECT id FROM memories);
