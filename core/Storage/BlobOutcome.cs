namespace PhoneAgent.Core.Storage;

/// <summary>What Blob Storage had to say to a request it understood and allowed.</summary>
internal enum BlobOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>The condition did not hold: the blob is there already, has changed, or ends elsewhere.</summary>
    NotMet,

    /// <summary>There is no such blob.</summary>
    Missing,
}
