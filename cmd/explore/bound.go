package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"lockheld/sched"
)

// bound is a bound on preemptions, or several that are tried in turn, from the
// first to the last; -1 is none.
type bound struct{ first, last int }

// upTo is the bound k alone.
func upTo(k int) bound { return bound{k, k} }

func (b *bound) String() string {
	if b.first == b.last {
		return strconv.Itoa(b.last)
	}
	return fmt.Sprintf("%d..%d", b.first, b.last)
}

// Set reads a number or a range.
func (b *bound) Set(text string) error {
	first, last, isRange := strings.Cut(text, "..")
	if !isRange {
		last = first
	}
	var n bound
	var err error
	if n.first, err = strconv.Atoi(first); err == nil {
		n.last, err = strconv.Atoi(last)
	}
	switch {
	case err != nil:
		return errors.New("it is no number and no range such as 0..3")
	case isRange && n.first < 0:
		return errors.New("the range begins below 0")
	case n.first > n.last:
		return errors.New("the range ends before it begins")
	}
	*b = n
	return nil
}

// search explores a target within each bound in turn, until it finds something
// or knows that nothing is left out. Strategies that reduce do so by themselves.
func (b *bound) search(ctx context.Context, t *target, e *sched.StrategyEntry, o sched.Options) (*sched.Report, error) {
	if o.Preemptions < 0 || e.Reduces {
		return sched.Explore(ctx, t.program, o)
	}
	for k := b.first; ; k++ {
		o.Preemptions = k
		r, err := sched.Explore(ctx, t.program, o)
		if err != nil || k == b.last || r.Verdict != sched.Bounded {
			return r, err
		}
	}
}
