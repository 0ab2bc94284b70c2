-- There is room for one reminder again: the one that comes first is kept, others go with the table.
ALTER TABLE calendar_events ADD COLUMN remind_minutes INTEGER;

UPDATE calendar_events
SET remind_minutes = (
  SELECT max(minutes_before)
  FROM calendar_reminders
  WHERE event_id = calendar_events.id
);

DROP TABLE calendar_reminders;
