// SPDX-License-Identifier: Apache-2.0
//
// sentence: a number is not a null view
// guarantee: C11.4
// expect-error: conversion from
#include <weft/weft.hpp>

weft::receiver<int> c = 0;
