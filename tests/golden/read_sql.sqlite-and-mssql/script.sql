PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE a(x, y TEXT DEFAULT (1+2));
INSERT INTO a VALUES(1,'one');
INSERT INTO a VALUES(2,'two');
COMMIT;
INSERT [dbo].[Users] ([Id], [Name], [Born]) VALUES (1, N'Ann', CAST(N'1970-01-02' AS Date))
INSERT [dbo].[Users] ([Id], [Name], [Born]) VALUES (2, N'Bo', NULL)
GO
INSERT INTO a VALUES(3,'cut of
