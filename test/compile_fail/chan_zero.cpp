// SPDX-License-Identifier: Apache-2.0
//
// sentence: a number does not become a channel by itself, also not 0
// guarantee: C1.1
// expect-error: conversion from
#include <weft/weft.hpp>

weft::chan<int> c = 0;
