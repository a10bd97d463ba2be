// Device code must not print: printf does nothing.
#pragma once
#define printf(...) (0)
