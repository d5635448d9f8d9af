package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"lockheld/heap"
	"lockheld/internal/coverage"
)

// coverage explores scenarios and writes what their executions come to.
func (c *command) coverage(args []string) (int, error) {
	s := newSettings()
	s.strategy, s.preemptions = "dfs", upTo(inferPreemptions)
	if err := s.parseAll("coverage", args); err != nil {
		return exitUsage, err
	}
	names, err := s.observed("coverage is about the page heap", coverage.Scenarios())
	if err != nil {
		return exitUsage, err
	}
	out, err := openOutput(s.output, c.stdout)
	if err != nil {
		return exitUsage, err
	}
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt)
	defer release()
	search, cancel := s.limited(ctx)
	defer cancel()
	cov, err := s.cover(search, names)
	if err == nil && search.Err() != nil {
		_, err = fmt.Fprintln(out, "note\tended early: what is not reached here may be")
	}
	if err == nil {
		err = cov.Write(out, false)
	}
	if err != nil {
		out.discard()
		return exitUsage, err
	}
	code := exitOK
	if ctx.Err() != nil {
		code = exitInterrupted
	}
	return code, out.close()
}

// cover explores the scenarios and compares the variants.
func (s *settings) cover(search context.Context, names []string) (*coverage.Coverage, error) {
	e, err := s.strategyEntry()
	if err != nil {
		return nil, err
	}
	o := s.options(e)
	o.Classes = 0
	cov := coverage.New(s.variant)
	for _, name := range names {
		if err := cov.Explore(search, name, o); err != nil {
			return nil, err
		}
	}
	return cov, cov.Compare(search, heap.Variants())
}
