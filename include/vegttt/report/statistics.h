// All of statistics/.
#pragma once

#include "vegttt/report/statistics/bootstrap.h"
#include "vegttt/report/statistics/intervals.h"
#include "vegttt/report/statistics/moments.h"
#include "vegttt/report/statistics/null_model.h"
#include "vegttt/report/statistics/paired.h"
#include "vegttt/report/statistics/pass_at_k.h"
#include "vegttt/report/statistics/rank.h"
#include "vegttt/report/statistics/sample_size.h"
#include "vegttt/report/statistics/tests.h"
