#pragma once

#include <functional>

#include "module.h"

namespace vegttt::evaluate::device {

double now_us();

// One stream and two events of this process.
class Stream {
 public:
  Stream();
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  CUstream get() const { return stream_; }

 private:
  CUstream stream_ = nullptr;
};

class Event {
 public:
  Event();
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  CUevent get() const { return event_; }

 private:
  CUevent event_ = nullptr;
};

struct Timed {
  double elapsed_us = 0;  // between the events
  double wall_us = 0;     // from before the blocking kernel to the end, this process's clock
  double block_us = 0;    // what the blocking kernel was asked to take
  double queue_us = 0;    // spent enqueueing
  // False when the stream was released before everything was queued: the time holds our pauses.
  bool in_time() const { return queue_us < block_us; }
  // Of the host's time what the events do not show.
  double unaccounted_us() const { return wall_us - block_us - elapsed_us; }
};

// What an empty plan leaves unaccounted: starting, noticing the end.
struct Calm {
  double median_us = 0;
  double spread_us = 0;   // from the median to the eighth of nine
  double elapsed_us = 0;  // median between its events
};

class Stopwatch {
 public:
  Stopwatch(const Module& helpers, CUstream stream);
  // The candidate's kernels, queued behind a blocking kernel, between two events. When one of them
  // cannot be started, the others have ended before Failed is thrown. The stream is idle before.
  Timed time(double block_us, const std::function<void()>& launches);
  // The same with as many kernels that do nothing.
  Calm calm(std::size_t kernels, double block_us);

 private:
  CUstream stream_;
  CUfunction spin_, nothing_;
  Event begin_, end_;
};

}  // namespace vegttt::evaluate::device
