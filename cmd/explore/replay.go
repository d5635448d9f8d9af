package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"lockheld/internal/report"
	"lockheld/sched"
)

// replayDepth bounds a replay without -depth: beyond the end of its schedule a
// program may go on for ever.
const replayDepth = 1 << 20

// replay runs the schedule of a token again and writes its trace.
func (c *command) replay(args []string) (int, error) {
	s := newSettings()
	rest, err := s.parse("replay", args)
	switch {
	case err != nil:
		return exitUsage, err
	case len(rest) != 1:
		return exitUsage, usagef("replay takes one token, or a file that contains one")
	case s.depth < 0:
		return exitUsage, usagef("-depth is negative; 0 is no limit")
	}
	tok, err := c.token(rest[0])
	if err != nil {
		return exitUsage, err
	}
	t, err := tokenTarget(tok, s.litmus)
	if err != nil {
		return exitUsage, err
	}
	out, err := openOutput(s.output, c.stdout)
	if err != nil {
		return exitUsage, err
	}
	o := sched.Options{Depth: s.depth}
	if o.Depth == 0 {
		o.Depth = max(replayDepth, len(tok.Choices))
	}
	tr, err := tok.Replay(t.program, o)
	code := exitOK
	switch {
	case errors.Is(err, sched.ErrDiverged):
		c.complain(fmt.Errorf("%s: %w", t.name, err))
		code, err = exitUndecided, nil
		fallthrough
	case err == nil && tr != nil:
		if found, werr := t.write(out, tr, s.verbose); werr != nil {
			err = werr
		} else if found && code == exitOK {
			code = exitViolation
		}
	}
	if err != nil {
		out.discard()
		return exitUsage, fmt.Errorf("%s: %w", t.name, err)
	}
	return code, out.close()
}

// write writes a trace and reports whether it shows a violation.
func (t *target) write(w io.Writer, tr *sched.Trace, verbose bool) (bool, error) {
	if tr == nil {
		return false, nil
	}
	if len(tr.Violations) == 0 {
		return false, report.WriteTrace(w, t.name, t.variant, tr, t.subject, verbose)
	}
	for i := range tr.Violations {
		f := &report.Finding{Violation: tr.Violations[i], Trace: tr}
		if err := report.WriteFinding(w, t.name, t.variant, f, t.subject, verbose); err != nil {
			return false, err
		}
	}
	return true, nil
}

// token reads a token from an argument: the token itself, the name of a file
// that contains one, or "-" for standard input.
func (c *command) token(arg string) (*sched.Token, error) {
	if strings.HasPrefix(arg, "lh") && strings.Contains(arg, ":") {
		return sched.ParseToken(arg)
	}
	name := arg
	var text []byte
	var err error
	if arg == "-" {
		name = "standard input"
		text, err = io.ReadAll(c.stdin)
	} else {
		text, err = os.ReadFile(arg)
	}
	if err != nil {
		return nil, usageError{err}
	}
	var tok *sched.Token
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if tok != nil {
			return nil, usagef("%s:%d: a second line that is no comment", name, n)
		}
		if tok, err = sched.ParseToken(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if tok == nil {
		return nil, usagef("%s: no token in it", name)
	}
	return tok, nil
}
