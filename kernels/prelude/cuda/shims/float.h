// FLT_MAX and its like are in vegttt_candidate.h.
