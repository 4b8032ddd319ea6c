#pragma once

#include "FilterTwin.h"
#include "NeuronTwin.h"
