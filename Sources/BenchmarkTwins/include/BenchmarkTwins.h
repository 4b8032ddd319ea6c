#pragma once

#include "FilterTwin.h"
