package sched

import (
	"context"
	"strings"
)

// What tests of other packages may see of the reduction.

// DPORSettings are what only tests can set.
type DPORSettings struct {
	Order  string // in which tasks are tried: lowest (""), highest, last
	Faults string // names of deliberate errors, separated by blanks
}

var pickOrders = map[string]pickOrder{"": pickLowest, "lowest": pickLowest, "highest": pickHighest, "last": pickLast}

var faultNames = map[string]fault{"sleep": faultSleep}

// ExploreReduced is Explore with strategy dpor and settings.
func ExploreReduced(ctx context.Context, p *Program, o Options, c DPORSettings) (*Report, error) {
	e, err := LookupStrategy("dpor")
	if err != nil {
		return nil, err
	}
	entry := *e
	entry.make = func(*Options) Strategy {
		d := &dpor{order: pickOrders[c.Order]}
		for _, name := range strings.Fields(c.Faults) {
			d.faults |= faultNames[name]
		}
		return d
	}
	return exploreBy(ctx, p, o, &entry)
}
