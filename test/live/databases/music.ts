/** A shop for music as tutorials have it: names in capitals, lengths, decimals, dates with a midnight, a table that refers to itself. */
export const MUSIC = `
  CREATE TABLE [Artist] ([ArtistId] INTEGER NOT NULL, [Name] NVARCHAR(120), CONSTRAINT [PK_Artist] PRIMARY KEY ([ArtistId]));
  CREATE TABLE [Album] (
    [AlbumId] INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, [Title] NVARCHAR(160) NOT NULL, [ArtistId] INTEGER NOT NULL,
    FOREIGN KEY ([ArtistId]) REFERENCES [Artist] ([ArtistId]) ON DELETE NO ACTION ON UPDATE NO ACTION
  );
  CREATE TABLE [Employee] (
    [EmployeeId] INTEGER PRIMARY KEY NOT NULL, [LastName] NVARCHAR(20) NOT NULL, [ReportsTo] INTEGER REFERENCES [Employee] ([EmployeeId]),
    [BirthDate] DATETIME, [HireDate] DATETIME
  );
  CREATE TABLE [Track] (
    [TrackId] INTEGER PRIMARY KEY NOT NULL, [Name] NVARCHAR(200) NOT NULL, [AlbumId] INTEGER REFERENCES [Album] ([AlbumId]),
    [Milliseconds] INTEGER NOT NULL, [Bytes] INTEGER, [UnitPrice] NUMERIC(10,2) NOT NULL
  );
  CREATE TABLE [PlaylistTrack] (
    [PlaylistId] INTEGER NOT NULL, [TrackId] INTEGER NOT NULL REFERENCES [Track] ([TrackId]),
    CONSTRAINT [PK_PlaylistTrack] PRIMARY KEY ([PlaylistId], [TrackId])
  ) WITHOUT ROWID;
  CREATE INDEX [IFK_AlbumArtistId] ON [Album] ([ArtistId]);
  CREATE INDEX [Long tracks] ON [Track] ([Milliseconds]) WHERE [Milliseconds] > 300000;
  CREATE VIEW [Album sizes] AS SELECT [AlbumId], count(*) AS [Tracks], sum([Milliseconds]) AS [Length] FROM [Track] GROUP BY [AlbumId];
  INSERT INTO [Artist] VALUES (1, 'AC/DC'), (2, 'Motörhead'), (3, NULL);
  INSERT INTO [Album] VALUES (1, 'For Those About To Rock', 1), (2, 'Ace of Spades "live"', 2);
  INSERT INTO [Employee] VALUES
    (1, 'Adams', NULL, '1962-02-18 00:00:00', '2002-08-14 00:00:00'), (2, 'Edwards', 1, '1958-12-08 00:00:00', '2002-05-01 00:00:00');
  INSERT INTO [Track] VALUES
    (1, 'Evil Walks', 1, 263497, 8611245, 0.99), (2, 'Inject The Venom', 1, 210834, 6852860, 1), (3, 'Jailbait', 2, 999999999, 9007199254740993, 1.99);
  INSERT INTO [PlaylistTrack] VALUES (1, 1), (1, 3), (8, 1);
`;
