DROP TRIGGER memories_search_update;
DROP TRIGGER memories_search_delete;
DROP TRIGGER memories_search_insert;
DROP TABLE memories_search;
