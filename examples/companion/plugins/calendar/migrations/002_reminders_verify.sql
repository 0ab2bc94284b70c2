-- Each SELECT must return no row.
SELECT event_id FROM calendar_reminders WHERE event_id NOT IN (SELECT id FROM calendar_events);
