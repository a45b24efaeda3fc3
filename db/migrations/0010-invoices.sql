-- Invoices are looked for by their reference: how the supplier's name was written is compared by the program, for which case and accents do not
-- count. Rules: as in 0001-register.sql.
DROP INDEX purchase_invoice;
CREATE UNIQUE INDEX purchase_invoice ON purchase (invoice, supplier) WHERE cancelled_at = 0;
