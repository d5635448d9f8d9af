package sched

import (
	"context"
	"flag"
	"maps"
	"runtime"
	"slices"
)

// What tests of other packages may see of the reduction.

// MoreJudged makes the tests that compare strategies on generated programs longer.
var MoreJudged = flag.Int("judged", 1, "compare strategies on so many times as many generated programs")

// DPORSettings are what only tests can set.
type DPORSettings struct {
	Order string // in which tasks are tried: lowest (""), highest, last
	Fault string // name of a deliberate error, "" for none

	Workers int  // that share the search at every chance, without a limit of executions; 0: one
	Took    *int // the number of workers that took part is added to it, if not nil
}

var pickOrders = map[string]pickOrder{"": pickLowest, "lowest": pickLowest, "highest": pickHighest, "last": pickLast}

var faultNames = map[string]fault{
	"sleep": faultSleep, "forget": faultForget, "drop": faultDrop, "pending": faultPending, "performed": faultPerformed,
	"clock": faultClock, "prefix": faultPrefix, "try": faultTry, "rw": faultRW, "rw last": faultRWLast, "mode": faultMode,
	"await": faultAwait, "inc": faultInc, "cut": faultCut, "passed": faultPassed, "wake": faultWake,
	"groups": faultGroups, "cells": faultCells,
}

// Faults returns the names of all deliberate errors, sorted.
func Faults() []string { return slices.Sorted(maps.Keys(faultNames)) }

// ExploreReduced is Explore with strategy dpor and settings.
func ExploreReduced(ctx context.Context, p *Program, o Options, c DPORSettings) (*Report, error) {
	e, err := LookupStrategy("dpor")
	if err != nil {
		return nil, err
	}
	entry := *e
	entry.make = func(*Options) Strategy {
		d := &dpor{order: pickOrders[c.Order]}
		d.faults = faultNames[c.Fault]
		return d
	}
	if c.Workers > 0 {
		o.Executions, o.Workers, o.eager = 0, c.Workers, true
		after := o.After
		o.After = func(r *Result) {
			if after != nil {
				after(r)
			}
			runtime.Gosched() // lets the others move
		}
	}
	r, err := exploreBy(ctx, p, o, &entry)
	if err == nil && c.Took != nil {
		*c.Took += r.Workers
	}
	return r, err
}
