CREATE INDEX follow_up_resolved ON follow_up (resolved_at DESC, id DESC) WHERE state = 'resolved';
