-- The last messages to one channel, and an owner's part of the delivery log, without reading all of it.
CREATE INDEX notification_channel
    ON notification (coalesce(owner, ''), channel_kind, channel_number, number) WHERE state IN ('due', 'sent', 'failed');
CREATE INDEX notification_owner ON notification (owner, number);
