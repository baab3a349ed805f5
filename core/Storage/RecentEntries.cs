using System.Diagnostics.CodeAnalysis;

namespace PhoneAgent.Core.Storage;

/// <summary>
/// Remembers what was used of late, in bounded memory: two generations of entries, of which the older is forgotten when
/// the younger is full; an entry that is used becomes young again. Safe for any number of threads.
/// </summary>
/// <param name="generation">How many entries a generation has; up to twice as many are remembered.</param>
internal sealed class RecentEntries<TKey, TValue>(int generation)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];

    /// <summary>How many entries are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _young.Count + _old.Count;
            }
        }
    }

    public void Set(TKey key, TValue value)
    {
        lock (_lock)
        {
            _old.Remove(key);
            _young[key] = value;
            if (_young.Count >= generation)
            {
                (_old, _young) = (_young, []);
            }
        }
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(key, out value))
            {
                return true;
            }

            if (!_old.TryGetValue(key, out value))
            {
                return false;
            }

            Set(key, value); // the lock is its holder's to take again
            return true;
        }
    }

    public void Remove(TKey key)
    {
        lock (_lock)
        {
            _young.Remove(key);
            _old.Remove(key);
        }
    }
}
