-- tenon: description Any number of reminders for an event, in a table of their own

CREATE TABLE calendar_reminders (
  event_id TEXT NOT NULL REFERENCES calendar_events (id) ON DELETE CASCADE,
  minutes_before INTEGER NOT NULL CHECK (minutes_before >= 0),
  PRIMARY KEY (event_id, minutes_before)
);

INSERT INTO calendar_reminders (event_id, minutes_before)
SELECT id, remind_minutes
FROM calendar_events
WHERE remind_minutes IS NOT NULL;

ALTER TABLE calendar_events DROP COLUMN remind_minutes;
