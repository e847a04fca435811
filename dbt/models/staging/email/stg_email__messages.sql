select
    message_id,
    mailbox,
    folder,
    thread_id,
    from_name,
    from_email,
    subject,
    body_text,
    signature,
    in_reply_to,
    {{ typed([
        ['sent_at', 'timestamp', 'sent_at'],
        ['to_addresses', 'json', 'to_addresses'],
        ['cc_addresses', 'json', 'cc_addresses'],
        ['attachments', 'json', 'attachments'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_email', 'messages') }}
