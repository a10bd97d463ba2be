// Fixed-width types are in vegttt_candidate.h.
