#pragma once
#undef assert
#define assert(condition) ((void)0)
