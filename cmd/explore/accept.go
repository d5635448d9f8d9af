package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"lockheld/internal/accept"
)

// accept checks that the model accepts what happened in the execution trace of a
// real program.
func (c *command) accept(args []string) (int, error) {
	s := newSettings()
	rest, err := s.parse("accept", args)
	switch {
	case err != nil:
		return exitUsage, err
	case len(rest) != 1:
		return exitUsage, usagef("accept takes one file with an execution trace, or - for standard input")
	}
	var in io.Reader = c.stdin
	name := "standard input"
	if rest[0] != "-" {
		f, err := os.Open(rest[0])
		if err != nil {
			return exitUsage, usageError{err}
		}
		defer f.Close()
		in, name = f, filepath.Base(rest[0])
	}
	t, err := accept.Read(in)
	if err != nil {
		return exitUsage, fmt.Errorf("%s: %w", rest[0], err)
	}
	out, err := openOutput(s.output, c.stdout)
	if err != nil {
		return exitUsage, err
	}
	accepted, err := t.Write(out, name)
	if err != nil {
		out.discard()
		return exitUsage, err
	}
	if err := out.close(); err != nil {
		return exitUsage, err
	}
	if !accepted {
		return exitViolation, nil
	}
	return exitOK, nil
}
