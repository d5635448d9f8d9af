package main

import (
	"context"
	"os"
	"os/signal"

	"lockheld/heap"
	"lockheld/internal/coverage"
	"lockheld/internal/program"
)

// coverage explores scenarios and writes what their executions come to.
func (c *command) coverage(args []string) (int, error) {
	s := newSettings()
	s.strategy, s.preemptions = "dfs", upTo(inferPreemptions)
	rest, err := s.parse("coverage", args)
	if err == nil {
		err = noArguments(rest)
	}
	if err == nil {
		err = s.check()
	}
	if err != nil {
		return exitUsage, err
	}
	names, err := s.coveredScenarios()
	if err != nil {
		return exitUsage, err
	}
	out, err := openOutput(s.output, c.stdout)
	if err != nil {
		return exitUsage, err
	}
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt)
	defer release()
	cov, err := s.cover(ctx, names)
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

// coveredScenarios are the scenarios to explore.
func (s *settings) coveredScenarios() ([]string, error) {
	names := coverage.Scenarios()
	if s.set["scenario"] {
		var err error
		if names, err = splitList("scenario", s.scenarios); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		if program.Is(name) {
			return nil, usagef("%s is a program; coverage is about the page heap", name)
		}
		if err := checkScenario(name, s.variant, nil); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// cover explores the scenarios and compares the variants.
func (s *settings) cover(ctx context.Context, names []string) (*coverage.Coverage, error) {
	search := ctx
	if s.timeout > 0 {
		var cancel context.CancelFunc
		search, cancel = context.WithTimeout(ctx, s.timeout)
		defer cancel()
	}
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
