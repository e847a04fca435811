"""The sources.yml of the demo company: what its four systems are and how their deletions reach us."""

DEMO_SOURCES = """\
# Which systems are connected, and what is read of each. Paths are relative to this file.
#   keys         columns that tell the rows of an object apart
#   cursor       column that rises when a row changes; only rows from there on are read again
#   soft_delete  column that is set when a row is deleted
#   deletes      observed (soft_delete shows them), reconcile (all keys are compared), none (not observable)
#   without      columns that the source no longer has; their last values are kept
# time_limit_seconds of a source (900) is how long the others wait for it; what it did not tell by then, the
# next run reads. A URL or folder may refer to the environment: url: postgresql+psycopg://reader:${ERP_PASSWORD}@erp/erp
sources:
  crm:
    connector: sql
    url: sqlite:///systems/crm.db
    objects:
      companies: {keys: [id], cursor: updated_at, soft_delete: deleted_at, deletes: observed}
      contacts: {keys: [id], cursor: updated_at, soft_delete: deleted_at, deletes: observed}
      deals: {keys: [id], cursor: updated_at, soft_delete: deleted_at, deletes: observed}
      notes: {keys: [id], cursor: updated_at, soft_delete: deleted_at, deletes: observed}
  erp:
    connector: sql
    url: sqlite:///systems/erp.db
    objects:
      customers: {keys: [customer_no], cursor: changed_on, deletes: reconcile}
      suppliers: {keys: [supplier_no], cursor: changed_on, deletes: reconcile}
      products: {keys: [sku], cursor: changed_on, deletes: reconcile}
      orders: {keys: [order_no], cursor: changed_on, deletes: reconcile}
      order_lines: {keys: [order_no, line_no], cursor: changed_on, deletes: reconcile}
      invoices: {keys: [invoice_no], cursor: changed_on, deletes: reconcile}
      payments: {keys: [payment_no], cursor: changed_on, deletes: reconcile}
      purchase_orders: {keys: [po_no], cursor: changed_on, deletes: reconcile}
      receipts: {keys: [receipt_no], cursor: changed_on, deletes: reconcile}
      supplier_invoices: {keys: [invoice_no], cursor: changed_on, deletes: reconcile}
  itsm:
    connector: sql
    url: sqlite:///systems/itsm.db
    objects:
      organisations: {keys: [org_id], cursor: sys_updated_on, deletes: none}
      requesters: {keys: [user_id], cursor: sys_updated_on, deletes: none}
      tickets: {keys: [ticket_no], cursor: sys_updated_on, deletes: none}
      comments: {keys: [comment_id], cursor: sys_updated_on, deletes: none}
      assets: {keys: [asset_tag], cursor: sys_updated_on, deletes: none}
  email:
    connector: mail
    folder: systems/mail
    deletes: reconcile
"""


def demo_sources() -> str:
    """Return the text of the sources.yml for the systems that `concord demo` writes."""
    return DEMO_SOURCES
