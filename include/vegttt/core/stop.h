#pragma once

namespace vegttt::core {

// SIGINT and SIGTERM ask the program to stop at the next safe point; a second one kills it.
void install_stop_handlers();
// The signal received so far, 0 if none.
int stop_signal();
// Throws Stopped (130 or 143) when a stop was asked for.
void throw_if_stopped();

}  // namespace vegttt::core
