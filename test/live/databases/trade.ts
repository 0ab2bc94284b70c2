/** Trade in goods as it was carried over from an office program: blanks and keywords in names, types that nobody else has, dates that are none. */
export const TRADE = `
  CREATE TABLE "Categories" ("CategoryID" INTEGER PRIMARY KEY AUTOINCREMENT, "CategoryName" TEXT, "Description" NTEXT, "Picture" IMAGE);
  CREATE TABLE "Customers" ("CustomerID" TEXT PRIMARY KEY, "Company Name" TEXT NOT NULL COLLATE NOCASE, "group" TEXT, "Discontinued" BIT);
  CREATE TABLE "Orders" (
    "OrderID" INTEGER PRIMARY KEY, "CustomerID" TEXT REFERENCES "Customers", "order" INTEGER, "select" VARCHAR(10),
    "OrderDate" DATE, "Shipped Date" DATETIME, "Freight" MONEY DEFAULT 0, "is paid" BOOLEAN DEFAULT 0
  );
  CREATE TABLE "Order Details" (
    "OrderID" INTEGER NOT NULL REFERENCES "Orders" ("OrderID") ON DELETE CASCADE, "Product ID" INTEGER NOT NULL,
    "UnitPrice" DECIMAL(10,4) NOT NULL CHECK ("UnitPrice" >= 0), "Quantity" SMALLINT NOT NULL DEFAULT 1, "Discount" REAL NOT NULL DEFAULT 0,
    "Total" REAL GENERATED ALWAYS AS ("UnitPrice" * "Quantity") STORED,
    PRIMARY KEY ("OrderID", "Product ID")
  );
  CREATE INDEX "by date" ON "Orders" ("OrderDate");
  CREATE UNIQUE INDEX "customer name" ON "Customers" (lower("Company Name"));
  CREATE VIEW "Order Subtotals" AS
    SELECT "OrderID", sum("UnitPrice" * "Quantity" * (1 - "Discount")) AS "Subtotal" FROM "Order Details" GROUP BY "OrderID";
  INSERT INTO "Categories" VALUES (1, 'Beverages', 'Soft drinks, coffees', x'151c2f00'), (2, 'Condiments', NULL, NULL);
  INSERT INTO "Customers" VALUES ('ALFKI', 'Alfreds Futterkiste', 'A', 0), ('ANATR', 'Ana Trujillo', NULL, 1);
  INSERT INTO "Orders" VALUES
    (10248, 'ALFKI', 1, 'x', '2016-07-04', '2016-07-16 00:00:00', 32.38, 1),
    (10249, 'ANATR', 2, NULL, '2023-02-30', '', 11.61, 'yes'),
    (10250, 'ANATR', 3, NULL, '', '0000-00-00 00:00:00', 65, 'no'),
    (10251, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  INSERT INTO "Order Details" ("OrderID", "Product ID", "UnitPrice", "Quantity", "Discount") VALUES
    (10248, 11, 14, 12, 0), (10248, 42, 9.8, 10, 0.15), (10250, 51, 42.4, 35, 0.05);
`;
