DROP TABLE memory_embeddings;
DROP TABLE memory_people;
DROP TABLE people;
DROP TABLE memories;
