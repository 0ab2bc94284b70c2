-- tenon: description Events, each with one reminder at most

CREATE TABLE calendar_events (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  starts_at TIMESTAMP NOT NULL,
  ends_at TIMESTAMP,
  remind_minutes INTEGER
);

CREATE INDEX calendar_events_by_user ON calendar_events (user_id, starts_at);
