#include "BenchmarkTwins.h"
