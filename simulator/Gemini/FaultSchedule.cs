namespace PhoneAgent.Simulator.Gemini;

/// <summary>The faults of one call: each happens once, to the connection that is open when its time has come. One call at a time.</summary>
/// <param name="faults">In any order.</param>
/// <param name="time">The clock.</param>
/// <param name="happened">Told of each when it happens; must be quick.</param>
internal sealed class FaultSchedule(IEnumerable<GeminiFault> faults, TimeProvider time, Action<GeminiFault>? happened = null)
{
    /// <summary>What <c>goAway</c> announces, at least; a fault may come sooner than the real one's 50 s.</summary>
    public static readonly TimeSpan TimeLeft = TimeSpan.FromSeconds(10);

    /// <summary>How long a slow setup takes.</summary>
    public static readonly TimeSpan SlowSetup = TimeSpan.FromSeconds(8);

    private readonly Lock _gate = new();
    private readonly List<GeminiFault> _coming = [.. faults.OrderBy(fault => fault.At)];
    private long? _began;
    private bool _refusesHandle;
    private bool _refusesKey;
    private bool _slow;

    /// <summary>Those whose time has not come.</summary>
    public IReadOnlyList<GeminiFault> Coming
    {
        get
        {
            lock (_gate)
            {
                return [.. _coming];
            }
        }
    }

    /// <summary>Lets something happen now.</summary>
    public void Now(GeminiFaultKind kind)
    {
        lock (_gate)
        {
            _coming.Insert(0, new GeminiFault(kind, TimeSpan.Zero));
        }
    }

    /// <summary>A connection is opened; the first begins the call.</summary>
    public void ConnectionOpened()
    {
        lock (_gate)
        {
            _began ??= time.GetTimestamp();
        }
    }

    /// <summary>Whether the key is refused now.</summary>
    public bool RefusesKey()
    {
        lock (_gate)
        {
            return _refusesKey |= TakeAtBegin(GeminiFaultKind.RefuseKey);
        }
    }

    /// <summary>How long the answer to this setup takes; asked once for each.</summary>
    public TimeSpan SetupDelay()
    {
        lock (_gate)
        {
            var slow = _slow | TakeAtBegin(GeminiFaultKind.SlowSetup);
            _slow = false;
            return slow ? SlowSetup : TimeSpan.Zero;
        }
    }

    /// <summary>Whether this handle is refused; asked once for each.</summary>
    public bool RefusesHandle()
    {
        lock (_gate)
        {
            var refuses = _refusesHandle;
            _refusesHandle = false;
            return refuses;
        }
    }

    /// <summary>In how long the next fault is due; null when none is to come.</summary>
    public TimeSpan? DueIn()
    {
        lock (_gate)
        {
            return _coming is [var next, ..] && _began is { } began ? next.At - time.GetElapsedTime(began) : null;
        }
    }

    /// <summary>The fault that happens now; null when none does.</summary>
    public GeminiFaultKind? Take()
    {
        lock (_gate)
        {
            if (_coming is not [var next, ..] || _began is not { } began || next.At > time.GetElapsedTime(began))
            {
                return null;
            }

            _coming.RemoveAt(0);
            happened?.Invoke(next);
            _refusesHandle |= next.Kind == GeminiFaultKind.Close1007OnResume;
            _refusesKey |= next.Kind == GeminiFaultKind.RefuseKey;
            _slow |= next.Kind == GeminiFaultKind.SlowSetup;
            return next.Kind;
        }
    }

    private bool TakeAtBegin(GeminiFaultKind kind)
    {
        var fault = _coming.Find(fault => fault.Kind == kind && fault.At == TimeSpan.Zero);
        if (fault is not null)
        {
            _coming.Remove(fault);
            happened?.Invoke(fault);
        }

        return fault is not null;
    }
}
