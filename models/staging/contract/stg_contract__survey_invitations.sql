with source as (
    select * from {{ source('contract', 'survey_invitations') }}
),

renamed as (
    select
        invitation_key,
        source_name,
        invitation_id,
        ticket_id,
        ticket_key,
        customer_id,
        customer_key,
        survey_type,
        scale,
        offered_at
    from source
)

select
    invitation_key,
    source_name,
    invitation_id,
    ticket_id,
    ticket_key,
    customer_id,
    customer_key,
    survey_type,
    scale,
    offered_at
from renamed
