with raw as (
    select
        message_id,
        mailbox,
        folder,
        thread_id,
        sent_at,
        from_name,
        from_email,
        to_addresses,
        cc_addresses,
        subject,
        body_text,
        signature,
        attachments,
        in_reply_to,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_email', 'messages') }}
),

message_rows as (
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
    from raw
)

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
    sent_at,
    to_addresses,
    cc_addresses,
    attachments,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from message_rows
